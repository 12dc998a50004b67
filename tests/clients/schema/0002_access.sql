-- Films are open to read; staff may write; notes and reviews belong to who wrote them.

CREATE ROLE staff;

CREATE POLICY directors_read ON directors FOR SELECT USING (true);
CREATE POLICY films_read ON films FOR SELECT USING (true);
CREATE POLICY technical_specs_read ON technical_specs FOR SELECT USING (true);
CREATE POLICY actors_read ON actors FOR SELECT USING (true);
CREATE POLICY roles_read ON roles FOR SELECT USING (true);
CREATE POLICY competitions_read ON competitions FOR SELECT USING (true);
CREATE POLICY nominations_read ON nominations FOR SELECT USING (true);
CREATE POLICY employees_read ON employees FOR SELECT USING (true);
CREATE POLICY addresses_read ON addresses FOR SELECT USING (true);
CREATE POLICY orders_read ON orders FOR SELECT USING (true);
CREATE POLICY projects_read ON projects FOR SELECT USING (true);
CREATE POLICY sites_read ON sites FOR SELECT USING (true);
CREATE POLICY jobs_read ON jobs FOR SELECT USING (true);
CREATE POLICY halls_read ON halls FOR SELECT USING (true);
CREATE POLICY screenings_read ON screenings FOR SELECT USING (true);
CREATE POLICY odd_names_read ON "odd names" FOR SELECT USING (true);
CREATE POLICY plots_read ON plots FOR SELECT USING (true);
CREATE POLICY items_read ON items FOR SELECT USING (true);

GRANT SELECT (id, first_name, last_name) ON actors TO anon, authenticated;
GRANT SELECT ON film_cards TO anon, authenticated, staff;

CREATE POLICY reviews_read ON reviews FOR SELECT USING (published = 1 OR author = auth.uid());
CREATE POLICY notes_own ON notes FOR ALL TO authenticated
  USING (owner = auth.uid()) WITH CHECK (owner = auth.uid());

CREATE POLICY films_write ON films FOR ALL TO staff USING (true) WITH CHECK (true);
CREATE POLICY items_write ON items FOR ALL TO staff USING (true) WITH CHECK (true);
CREATE POLICY copies_write ON copies FOR ALL TO staff USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON item_labels TO staff;
