"""Owns who follows which flight, what each of them was told and when, and everything that leaves for WeChat: its
access token, template and customer-service messages, page signatures, the menu. Knows of flights only what their
events say, and of travellers only where and in which language to reach them."""
