from setuptools import setup

setup(name="l2c_app")
