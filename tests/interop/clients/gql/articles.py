from gql import Client, GraphQLRequest
from gql.transport.httpx import HTTPXTransport

RELATED = """
    query Related($slug: String!, $after: String) {
      article(by: {slug: $slug}) {
        related(first: 2, after: $after) { nodes { title } pageInfo { hasNextPage endCursor } }
      }
    }
"""

transport = HTTPXTransport(url="http://127.0.0.1:8000/graphql")
after = None
with Client(transport=transport, fetch_schema_from_transport=True) as session:
    while True:
        variables = {"slug": "pytorch-2-0-brings-new-fire-to-open-source-machine-learning", "after": after}
        related = session.execute(GraphQLRequest(RELATED, variable_values=variables))["article"]["related"]
        for article in related["nodes"]:
            print(article["title"])
        if not related["pageInfo"]["hasNextPage"]:
            break
        after = related["pageInfo"]["endCursor"]
