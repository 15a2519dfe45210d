"""A GraphQL API over a graph of related articles, made from a folder of Markdown files."""
