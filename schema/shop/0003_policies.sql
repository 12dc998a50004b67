-- Who may do what. What no policy allows is refused. Staff hold tokens with the role staff; shoppers
-- those that signing up gives (authenticated); everyone else is anon.

CREATE ROLE staff;

-- The catalogue is open to everyone, as far as it is for sale.
CREATE POLICY category_read ON category FOR SELECT USING (true);
CREATE POLICY product_read ON product FOR SELECT USING (is_active = 1);
CREATE POLICY product_image_read ON product_image FOR SELECT
  USING (EXISTS (SELECT 1 FROM product WHERE product.id = product_image.product_id AND product.is_active = 1));
CREATE POLICY review_read ON review FOR SELECT
  USING (EXISTS (SELECT 1 FROM product WHERE product.id = review.product_id AND product.is_active = 1));
CREATE POLICY shipping_method_read ON shipping_method FOR SELECT USING (true);

GRANT SELECT ON product_card TO anon, authenticated, staff;
GRANT SELECT ON product_search TO anon, authenticated, staff;

-- All of a product but what it cost the shop.
GRANT SELECT (id, category_id, sku, slug, name, summary, description, price_cents, currency, attributes,
  stock, is_active, rating_count, rating_average, created_at, updated_at) ON product TO anon, authenticated;
-- All of a review but whose account wrote it.
GRANT SELECT (id, product_id, author, rating, title, body, created_at) ON review TO anon, authenticated;

-- A shopper has what is theirs.
CREATE POLICY own_customer_read ON customer FOR SELECT TO authenticated USING (id = auth.uid());
CREATE POLICY own_customer_insert ON customer FOR INSERT TO authenticated WITH CHECK (id = auth.uid());
CREATE POLICY own_customer_update ON customer FOR UPDATE TO authenticated
  USING (id = auth.uid()) WITH CHECK (id = auth.uid());
GRANT INSERT (id, name, email) ON customer TO authenticated;
GRANT UPDATE (name, email) ON customer TO authenticated;

CREATE POLICY own_address ON address FOR ALL TO authenticated
  USING (customer_id = auth.uid()) WITH CHECK (customer_id = auth.uid());
GRANT INSERT (customer_id, recipient, street, postal_code, city, country) ON address TO authenticated;
GRANT UPDATE (recipient, street, postal_code, city, country) ON address TO authenticated;

CREATE POLICY own_cart_read ON cart FOR SELECT TO authenticated USING (customer_id = auth.uid());
CREATE POLICY own_cart_insert ON cart FOR INSERT TO authenticated WITH CHECK (customer_id = auth.uid());
GRANT INSERT (customer_id) ON cart TO authenticated;

CREATE POLICY own_cart_line ON cart_line FOR ALL TO authenticated
  USING (cart_id IN (SELECT cart.id FROM cart WHERE cart.customer_id = auth.uid()))
  WITH CHECK (cart_id IN (SELECT cart.id FROM cart WHERE cart.customer_id = auth.uid()));
GRANT INSERT (cart_id, product_id, quantity) ON cart_line TO authenticated;
GRANT UPDATE (quantity) ON cart_line TO authenticated;

-- Shoppers order through their cart; sums, status and the copy of the address are the shop's.
CREATE POLICY own_order_read ON "order" FOR SELECT TO authenticated USING (customer_id = auth.uid());
CREATE POLICY own_order_insert ON "order" FOR INSERT TO authenticated
  WITH CHECK (customer_id = auth.uid() AND cart_id IS NOT NULL AND status = 'placed');
GRANT INSERT (customer_id, cart_id, address_id, shipping_method, agreed_total_cents, note) ON "order"
  TO authenticated;

CREATE POLICY own_order_line ON order_line FOR SELECT TO authenticated
  USING (order_id IN (SELECT "order".id FROM "order" WHERE "order".customer_id = auth.uid()));

-- Only who bought a product may review it.
CREATE POLICY own_review_insert ON review FOR INSERT TO authenticated
  WITH CHECK (customer_id = auth.uid() AND EXISTS (
    SELECT 1 FROM order_line JOIN "order" ON "order".id = order_line.order_id
    WHERE order_line.product_id = review.product_id
      AND "order".customer_id = auth.uid() AND "order".status <> 'cancelled'));
CREATE POLICY own_review_update ON review FOR UPDATE TO authenticated
  USING (customer_id = auth.uid()) WITH CHECK (customer_id = auth.uid());
CREATE POLICY own_review_delete ON review FOR DELETE TO authenticated USING (customer_id = auth.uid());
GRANT INSERT (product_id, customer_id, author, rating, title, body) ON review TO authenticated;
GRANT UPDATE (author, rating, title, body) ON review TO authenticated;

-- Staff run the shop. Stock they change by movements, sums not at all.
CREATE POLICY staff_category ON category FOR ALL TO staff USING (true) WITH CHECK (true);
CREATE POLICY staff_product ON product FOR ALL TO staff USING (true) WITH CHECK (true);
GRANT INSERT (id, category_id, sku, slug, name, summary, description, price_cents, cost_cents, currency,
  attributes, is_active) ON product TO staff;
GRANT UPDATE (category_id, sku, slug, name, summary, description, price_cents, cost_cents, currency,
  attributes, is_active) ON product TO staff;
CREATE POLICY staff_product_image ON product_image FOR ALL TO staff USING (true) WITH CHECK (true);
CREATE POLICY staff_shipping_method ON shipping_method FOR ALL TO staff USING (true) WITH CHECK (true);
CREATE POLICY staff_customer ON customer FOR ALL TO staff USING (true) WITH CHECK (true);
CREATE POLICY staff_address ON address FOR ALL TO staff USING (true) WITH CHECK (true);
CREATE POLICY staff_cart ON cart FOR ALL TO staff USING (true) WITH CHECK (true);
CREATE POLICY staff_cart_line ON cart_line FOR ALL TO staff USING (true) WITH CHECK (true);
CREATE POLICY staff_order_read ON "order" FOR SELECT TO staff USING (true);
CREATE POLICY staff_order_insert ON "order" FOR INSERT TO staff WITH CHECK (true);
CREATE POLICY staff_order_update ON "order" FOR UPDATE TO staff USING (true) WITH CHECK (true);
GRANT INSERT (customer_id, cart_id, address_id, shipping_method, agreed_total_cents, recipient, street,
  postal_code, city, country, note) ON "order" TO staff;
GRANT UPDATE (status, shipping_cents, recipient, street, postal_code, city, country, note) ON "order" TO staff;
CREATE POLICY staff_order_line ON order_line FOR ALL TO staff USING (true) WITH CHECK (true);
GRANT INSERT (order_id, product_id, quantity) ON order_line TO staff;
GRANT UPDATE (quantity) ON order_line TO staff;
CREATE POLICY staff_stock_movement_read ON stock_movement FOR SELECT TO staff USING (true);
CREATE POLICY staff_stock_movement_insert ON stock_movement FOR INSERT TO staff WITH CHECK (true);
GRANT INSERT (product_id, quantity, reason, note) ON stock_movement TO staff;
CREATE POLICY staff_review ON review FOR ALL TO staff USING (true) WITH CHECK (true);
