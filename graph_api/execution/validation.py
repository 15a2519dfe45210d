"""The validation rules: those of graphql-core, and one that it lacks."""

# graphql-core's wrapping types are generic without arguments, which strict pyright calls unknown:
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false

from __future__ import annotations

from graphql import (
    GraphQLError,
    NonNullTypeNode,
    OperationDefinitionNode,
    ValidationContext,
    ValidationRule,
    is_input_object_type,
    is_non_null_type,
    specified_rules,
)


class OneOfVariables(ValidationRule):
    """A variable in a @oneOf input object is non-null.

    graphql-core 3.3 checks it only where the object itself may be null; graphql-js 16 checks it everywhere.
    """

    context: ValidationContext

    def leave_operation_definition(self, operation: OperationDefinitionNode, *_: object) -> None:
        definitions = {each.variable.name.value: each for each in operation.variable_definitions or ()}
        for usage in self.context.get_recursive_variable_usages(operation):
            name, parent = usage.node.name.value, usage.parent_type
            definition = definitions.get(name)
            if not is_non_null_type(parent) or definition is None:
                continue
            of = parent.of_type
            if is_input_object_type(of) and of.is_one_of and not isinstance(definition.type, NonNullTypeNode):
                message = (
                    f"Variable '${name}' must be non-nullable to be used for OneOf Input Object '{of.name}'."
                )
                self.report_error(GraphQLError(message, [definition, usage.node]))


RULES = [*specified_rules, OneOfVariables]
