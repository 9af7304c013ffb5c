"""The one HTTP door: pages, travellers' JSON, partner airlines. Translates and authorises; decides nothing."""
