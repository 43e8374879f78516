"""Mail domains that belong to no company: an address there says nothing about where its owner works. Data."""

FREE = frozenset(
	"""
	126.com 139.com 163.com 163.net 188.com 189.cn 21cn.com 263.net aliyun.com aol.com bk.ru chello.at
	comcast.net cox.net duck.com earthlink.net email.com fastmail.com foxmail.com free.fr freenet.de gmail.com gmx.at
	gmx.ch gmx.com gmx.de gmx.net googlemail.com hey.com hotmail.co.uk hotmail.com hotmail.de hotmail.fr hotmail.it
	icloud.com inbox.ru laposte.net libero.it list.ru live.cn live.co.uk live.com live.de live.fr mac.com mail.com
	mail.ru mailbox.org me.com msn.com naver.com online.de orange.fr outlook.com outlook.de outlook.fr pm.me posteo.de
	proton.me protonmail.com qq.com rediffmail.com sbcglobal.net seznam.cz sfr.fr sina.cn sina.com sohu.com t-online.de
	tom.com tutanota.com verizon.net vip.163.com vip.qq.com vip.sina.com wanadoo.fr web.de wo.cn yahoo.ca yahoo.co.in
	yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.cn yahoo.com.hk yahoo.com.tw yahoo.de yahoo.es yahoo.fr yahoo.it
	yandex.com yandex.ru yeah.net ymail.com zoho.com
	""".split()
)
