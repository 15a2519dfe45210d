from articles_schema import Query
from sgqlc.endpoint.http import HTTPEndpoint
from sgqlc.operation import Operation

endpoint = HTTPEndpoint("http://127.0.0.1:8000/graphql")


def page(after=None):
    operation = Operation(Query)
    article = operation.article(by={"slug": "pytorch-2-0-brings-new-fire-to-open-source-machine-learning"})
    related = article.related(first=2, after=after)
    related.edges.node.title()
    related.page_info.__fields__("has_next_page", "end_cursor")
    return (operation + endpoint(operation)).article.related


related = page()
while related.page_info.has_next_page:
    related += page(related.page_info.end_cursor)
for edge in related.edges:
    print(edge.node.title)
