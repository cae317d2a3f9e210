"""What moderators have set of who may use the bot, and how often it was in somebody's way."""
