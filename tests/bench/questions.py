"""What every server is asked. One text for each question; variables come from the dataset."""

from __future__ import annotations

from typing import Final

QUESTIONS: Final[dict[str, str]] = {
    "Q1": """query Q1($id: ID!) {
  article(by: {id: $id}) {
    id title excerpt url publishedDateTime quality
    provider { id name domain }
    topics { id name }
  }
}""",
    "Q2": """query Q2 {
  articles(first: 50) {
    nodes { id title publishedDateTime provider { id name domain } topics { id name } }
  }
}""",
    "Q3": """query Q3($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on Article {
      id title
      related(first: 10) {
        nodes {
          id title
          provider { name domain }
          topics { name }
          related(first: 10) { nodes { id title provider { name } } }
        }
      }
    }
  }
}""",
    "Q4": """query Q4($id: ID!) {
  article(by: {id: $id}) {
    neighborhood(maxDepth: 2, limit: 200) {
      nodeCount truncated
      nodes { id ... on Article { title } }
      links { from { id } to { id } }
    }
  }
}""",
}

NEEDED_FIELDS: Final[dict[str, str]] = {"Q4": "neighborhood"}
"""The field of Article without which a question is left out of the run."""
