"""Orders that hold something scarce, are paid for, and are delivered: one mechanism for whoever sells.

    hold → pay → fulfil; and whatever goes wrong, the goods or the money.

Nothing is paid twice, nothing is paid and not delivered, nothing is delivered and not paid, wherever a process dies:
each step is one transaction (`steps`), what must be asked of others is asked between two of them (`run.Saga`), and a
sweeper goes on from wherever it stopped. `states` draws the states; the database refuses every other step.

How a service uses it:

1. Tables. `orders = Table("orders", metadata, *order_columns(), <its own columns>, *order_rules())`, after
   `saga_tables(metadata)`. Its migration calls `create_saga_tables(op)`, makes `orders`, calls `create_refunds(op)`.
   Its store has `self.sales = Sales(connection, orders)`; in tests `tests.fakes.sales.FakeSales`.
2. Goods. One class with the methods of `protocols.Goods`: lock what is scarce, free it, deliver it, tell of it. All of
   them work in the transaction that they are given.
3. Hold. In a transaction of its own: take what is scarce, `sale = steps.opened(…)`, `store.sales.begin(sale, …)`.
4. Pay. `steps.start_paying` inside `answer_once`, then `Saga(uow, goods, till).collect(…)`. The till is the payments'
   service's front door (`protocols.Till`).
5. Hear. The handlers of the till's events: `steps.receive`, `.closed`, `.late`, `.settle`, each after
   `tx.inbox.first_time(event["id"])` in the same transaction; then `Saga.push` if something goes back.
6. Give up. `Saga.stop_paying`, then `steps.end_hold` in a transaction.
7. Take back. With the order locked: `steps.promise` what is owed, `steps.take_back` when nothing is left of it; after
   the commit `Saga.push`.
8. Sweep. A leased timer of ten seconds calls `Saga.sweep`; another one, once an hour, `sales.over` and `.forget`.

`services/bus` is the first that does so; `tests/faults` kills it at every boundary. What else of a sale walks through states,
as a parcel or a coupon does, keeps them by `chain`, as orders do.
"""
