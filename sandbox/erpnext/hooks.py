advance_payment_doctypes = ["Sales Order", "Purchase Order"]
advance_payment_receivable_doctypes = ["Sales Order"]
