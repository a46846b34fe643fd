"""Pictures drawn from nothing: skin, bodies, conditions, dermoscopy."""
