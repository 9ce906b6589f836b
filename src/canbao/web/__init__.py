"""Pages, made on the server, by who is looking: resident, clerk, township, county, department.

A view reads, asks one domain function, and shows. The only exception a view catches is a `Refusal`; it is shown with
its sentence, clause and remedy. Every page is whole without JavaScript. Texts are Chinese in the source and English
by gettext (`canbao words` keeps the catalogue).
"""
