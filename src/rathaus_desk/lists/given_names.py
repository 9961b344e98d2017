"""Given names by which a list tells "Müller Karl-Heinz" from "Karl-Heinz Müller". Common ones are enough."""

from __future__ import annotations

import re

from rathaus_desk.kernel.names import fold

_NAMES = """
Achim Adam Adelheid Adolf Agathe Agnes Albert Albrecht Alex Alexander Alexandra Alfons Alfred Alice Alina
Alma Alois Aloisia Alwin Alwine Amalie Amelie Ana Anastasia Andrea Andreas Angela Angelika Anita Anja Anke
Anna Annegret Anneliese Annelore Annemarie Annerose Annette Anni Annika Anton Antonia Antonie Apollonia
Ariane Armin Arne Arno Arnold Artur Arthur Astrid August Auguste Augustin Axel Babette Baldur Barbara Bärbel
Bastian Beate Beatrice Ben Benedikt Benjamin Benno Berit Bernadette Bernd Bernhard Bernhardine Berta Bertha
Berthold Berti Bettina Bianca Birgit Birgitta Björn Boris Brigitta Brigitte Britta Brunhilde Bruno Burkhard
Camilla Carina Carl Carla Carmen Carola Carolin Caroline Carsten Cäcilia Charlotte Chris Christa Christel
Christian Christiane Christina Christine Christof Christoph Christopher Clara Claudia Claus Clemens Conrad
Constanze Cord Corinna Cornelia Cornelius Dagmar Daniel Daniela David Denis Dennis Detlef Detlev Diana
Dieter Dietlinde Dietmar Dietrich Dina Dirk Dominik Dora Doris Dorothea Dorothee Dustin Eberhard Eckard
Eckart Eckhard Edda Edelgard Edeltraud Edgar Edith Eduard Egon Ehrenfried Elena Elfriede Elias Elisa
Elisabeth Elke Ella Elli Ellen Elly Else Elsa Elsbeth Elvira Emil Emilia Emilie Emma Emmi Engelbert Enrico
Erhard Eric Erich Erik Erika Erna Ernst Erwin Esther Eugen Eugenie Eva Evelyn Ewald Fabian Falk Felix
Ferdinand Finn Florian Frank Franz Franziska Frauke Frederik Frida Frieda Friedel Friedhelm Friedl Friedrich
Friedericke Friederike Fritz Gabi Gabriel Gabriela Gabriele Gebhard Georg Georgine Gerald Gerd Gerda Gerhard
Gerlinde Gero Gerrit Gert Gertraud Gertrud Gertrude Gesa Gesine Gisbert Gisela Gottfried Gotthard Gotthilf
Gottlieb Gottlob Grete Gretel Gudrun Guido Gunda Gundula Günter Günther Gustav Gerlind Hanna Hannah
Hannelore Hannes Hans Harald Hardy Harry Hartmut Hasso Hedda Hedwig Heide Heidemarie Heidi Heidrun Heike
Heiko Heiner Heinrich Heinz Helena Helene Helga Helge Hella Helmut Helmuth Henri Henriette Henrik Henning
Henry Herbert Heribert Hermann Hermine Herta Hertha Hilda Hilde Hildegard Hinrich Holger Horst Hubert
Hubertus Hugo Ida Ignaz Ilka Ilona Ilse Immanuel Inga Inge Ingeborg Ingelore Ingo Ingrid Irene Iris Irma
Irmgard Irmtraud Isabel Isabella Isolde Ivan Jacob Jakob Jan Jana Janina Jasmin Jens Jessica Joachim Jochen
Johann Johanna Johannes Jonas Jonathan Jörg Josef Josefa Josefine Joseph Julia Julian Juliane Julius Jürgen
Jutta Kai Karen Karin Karina Karl Karla Karlheinz Karola Karolina Karoline Karsten Kaspar Katarina Käte
Käthe Katharina Kathrin Katja Katrin Kerstin Kevin Kilian Kirsten Klara Klaus Klemens Knut Konrad Konstantin
Kornelia Kreszentia Kunigunde Kurt Lars Laura Lea Lena Leni Leo Leon Leonhard Leopold Liane Lidia Lienhard
Lieselotte Liesel Lilli Lina Linda Linus Lisa Lisbeth Lore Lorenz Lothar Louis Louise Luca Lucia Lucie
Ludger Ludwig Luis Luisa Luise Lukas Lutz Lydia Magda Magdalena Maik Maike Maja Malte Manfred Manuel Manuela
Marcel Marco Marcus Marga Margarete Margarethe Margit Margot Margret Margrit Maria Marianne Marie Mario
Marion Marita Mark Marko Markus Marlene Marlies Marta Martha Martin Martina Mathias Mathilde Matthias Max
Maximilian Mechthild Meike Melanie Melitta Meta Mia Michael Michaela Mike Milan Minna Mira Miriam Mirjam
Monika Moritz Nadine Nadja Nancy Natalie Natascha Nicole Niels Niklas Nikolaus Nils Nina Norbert Norma Olaf
Olga Oliver Oscar Oskar Otmar Otto Ottmar Ottilie Pascal Patricia Patrick Paul Paula Pauline Peter Petra
Philipp Philippine Pia Rainer Ralf Ralph Raimund Ramona Rebecca Regina Regine Reiner Reinhard Reinhild
Reinhold Renate René Ria Ricarda Richard Rita Robert Robin Roland Rolf Roman Romy Ronald Ronny Rosa Rosalie
Rosel Rosemarie Rosi Rosina Roswitha Rudi Rudolf Rüdiger Rupert Ruth Sabine Sabrina Samuel Sandra Sara Sarah
Sascha Saskia Sebastian Selma Sepp Severin Siegbert Siegfried Sieglinde Siegmund Siegrid Sigmund Sigrid
Silke Silvia Simon Simone Sofia Sofie Sonja Sophia Sophie Stanislaw Stanisława Stefan Stefanie Steffen
Steffi Stephan Stephanie Susanna Susanne Suse Sven Swen Sybille Sylvia Tamara Tanja Tatjana Thea Theo
Theodor Therese Theresia Thilo Thomas Thorsten Tilman Tim Timo Tina Tobias Tom Toni Torben Torsten Traude
Traudel Traute Trude Udo Ulf Ulla Ulrich Ulrike Ursel Ursula Urte Ute Uwe Valentin Valentina Vanessa Vera
Verena Veronika Victor Victoria Viktor Viktoria Vinzenz Volker Volkmar Waldemar Walli Walter Walther
Waltraud Waltraut Wanda Wenzel Werner Wiebke Wigand Wilfried Wilhelm Wilhelmine Willi William Willy Wilma
Winfried Wolf Wolfgang Wolfram Xaver Yvonne Zita Ahmet Ali Ayşe Emine Fatma Hasan Hatice Hüseyin Ibrahim
Mehmet Mustafa Zeynep Jerzy Krzysztof Małgorzata Piotr Wojciech Zofia Giovanni Giuseppe Antonio José Sergej
Swetlana Vladimir Igor
"""
_KNOWN = frozenset(map(fold, _NAMES.split()))
_PARTS = re.compile(r"[-\s]+")


def is_given_name(text: str) -> bool:
    """Whether every part of ``text`` is a common given name: "Karl-Heinz" is, "Müller" is not."""
    parts = [part.rstrip(".") for part in _PARTS.split(fold(text)) if part]
    # A single letter is an initial: "Karl H.".
    return bool(parts) and parts[0] in _KNOWN and all(part in _KNOWN or len(part) == 1 for part in parts)
