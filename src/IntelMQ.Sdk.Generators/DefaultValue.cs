using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace IntelMQ.Sdk.Generators;

/// <summary>The default of a parameter, as far as the compiler can tell it from the initializer of the property.</summary>
/// <param name="Json">The value; null when it is null or not known.</param>
/// <param name="Known">False when the initializer is no constant, or not to be seen since it is in another assembly.</param>
readonly record struct DefaultValue(string? Json, bool Known)
{
    public static DefaultValue Of(IPropertySymbol property, ParameterKind kind, Compilation compilation, CancellationToken cancellationToken)
    {
        var declaration = property.DeclaringSyntaxReferences.Select(r => r.GetSyntax(cancellationToken)).OfType<PropertyDeclarationSyntax>().FirstOrDefault();
        if (declaration is null) return new(null, false);
        if (declaration.Initializer is null) return new(OfType(property.Type, kind), true);

        var json = ToJson(declaration.Initializer.Value, kind, compilation.GetSemanticModel(declaration.SyntaxTree), cancellationToken);
        return new(json == "null" ? null : json, json is not null);
    }

    static string? OfType(ITypeSymbol type, ParameterKind kind) =>
        type.IsReferenceType || type.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T
            ? null
            : kind switch
            {
                ParameterKind.Boolean => "false",
                ParameterKind.Integer32 or ParameterKind.Integer64 or ParameterKind.Number or ParameterKind.Duration => "0",
                ParameterKind.Choice => Member(type, 0),
                _ => null,
            };

    static string? Member(ITypeSymbol type, object value) =>
        type.GetMembers().OfType<IFieldSymbol>().FirstOrDefault(f => f.IsConst && Equals(Convert.ToInt64(f.ConstantValue, CultureInfo.InvariantCulture), Convert.ToInt64(value, CultureInfo.InvariantCulture))) is { } member
            ? JsonText.Quote(SnakeCase.Of(member.Name))
            : null;

    static string? ToJson(ExpressionSyntax expression, ParameterKind kind, SemanticModel model, CancellationToken cancellationToken)
    {
        while (expression is PostfixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.SuppressNullableWarningExpression } sure) expression = sure.Operand;

        if (model.GetConstantValue(expression, cancellationToken) is { HasValue: true } constant)
        {
            return kind == ParameterKind.Choice && constant.Value is { } number && model.GetTypeInfo(expression, cancellationToken).Type is { TypeKind: TypeKind.Enum } type
                ? Member(type, number)
                : JsonText.Constant(constant.Value);
        }

        return kind switch
        {
            ParameterKind.Duration => Duration(expression, model, cancellationToken),
            ParameterKind.Url => expression is BaseObjectCreationExpressionSyntax { ArgumentList.Arguments: [var url] } ? ToJson(url.Expression, ParameterKind.Text, model, cancellationToken) : null,
            ParameterKind.Texts => Texts(expression, model, cancellationToken),
            ParameterKind.Map => Map(expression, model, cancellationToken),
            ParameterKind.Any => expression is MemberAccessExpressionSyntax { Name.Identifier.Text: "None" } or LiteralExpressionSyntax { RawKind: (int)SyntaxKind.DefaultLiteralExpression } ? "null" : null,
            _ => null,
        };
    }

    static string? Duration(ExpressionSyntax expression, SemanticModel model, CancellationToken cancellationToken)
    {
        if (expression is MemberAccessExpressionSyntax { Name.Identifier.Text: "Zero" }) return "0";
        if (expression is not InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: var factory }, ArgumentList.Arguments: [var argument] }
            || model.GetConstantValue(argument.Expression, cancellationToken) is not { HasValue: true, Value: { } amount })
        {
            return null;
        }

        double? seconds = factory switch
        {
            "FromMilliseconds" => 0.001,
            "FromSeconds" => 1,
            "FromMinutes" => 60,
            "FromHours" => 3600,
            "FromDays" => 86400,
            _ => null,
        };
        return seconds is { } unit ? JsonText.Number(Convert.ToDouble(amount, CultureInfo.InvariantCulture) * unit) : null;
    }

    static string? Texts(ExpressionSyntax expression, SemanticModel model, CancellationToken cancellationToken)
    {
        var items = expression switch
        {
            CollectionExpressionSyntax collection when collection.Elements.All(static e => e is ExpressionElementSyntax) => collection.Elements.Select(static e => ((ExpressionElementSyntax)e).Expression),
            ImplicitArrayCreationExpressionSyntax array => array.Initializer.Expressions,
            ArrayCreationExpressionSyntax { Initializer: { } initializer } => initializer.Expressions,
            _ => null,
        };
        var texts = items?.Select(i => ToJson(i, ParameterKind.Text, model, cancellationToken)).ToArray();
        return texts is null || texts.Contains(null) ? null : $"[{string.Join(",", texts)}]";
    }

    static string? Map(ExpressionSyntax expression, SemanticModel model, CancellationToken cancellationToken)
    {
        if (expression is not BaseObjectCreationExpressionSyntax creation) return null;
        var pairs = new List<string>();
        foreach (var item in creation.Initializer?.Expressions ?? [])
        {
            var (key, value) = item switch
            {
                AssignmentExpressionSyntax { Left: ImplicitElementAccessSyntax { ArgumentList.Arguments: [var index] }, Right: var right } => (index.Expression, right),
                InitializerExpressionSyntax { Expressions: [var left, var right] } => (left, right),
                _ => (null, null),
            };
            if (key is null || value is null
                || ToJson(key, ParameterKind.Text, model, cancellationToken) is not { } name
                || ToJson(value, ParameterKind.Text, model, cancellationToken) is not { } text)
            {
                return null;
            }

            pairs.Add($"{name}:{text}");
        }

        return $"{{{string.Join(",", pairs)}}}";
    }
}
