from articles_api import ArticleFilter, Client, StringFilter

client = Client(url="http://127.0.0.1:8000/graphql")
filter = ArticleFilter(not_=ArticleFilter(title=StringFilter(contains="jax")))
after = None
while True:
    related = client.related(filter_=filter, after=after).article.related
    for article in related.nodes:
        print(article.title)
    if not related.page_info.has_next_page:
        break
    after = related.page_info.end_cursor
