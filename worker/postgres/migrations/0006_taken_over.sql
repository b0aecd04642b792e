-- Accounts that were there before anything fell due by itself: the sweep looks at each of them once, and then
-- knows when their credit expires and how long their requests wait for an answer.

UPDATE account SET lots_due_s = 0
WHERE lots_due_s = 253402300799 AND (lot_left_micros > 0 OR more_lots);

UPDATE account SET recharge_due_s = 0
WHERE recharge_due_s = 253402300799 AND (open_recharge_id <> '' OR recharge_block <> '');
