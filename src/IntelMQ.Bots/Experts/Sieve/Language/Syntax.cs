namespace IntelMQ.Bots.Experts.Sieve.Language;

/// <summary>A statement of the language. <c>At</c> is its place in the text.</summary>
abstract record Statement(int At);

/// <summary><c>keep</c></summary>
sealed record KeepStatement(int At) : Statement(At);

/// <summary><c>drop</c></summary>
sealed record DropStatement(int At) : Statement(At);

/// <summary><c>path 'a'</c>, <c>path ['a', 'b']</c></summary>
sealed record PathStatement(int At, IReadOnlyList<string> Paths) : Statement(At);

/// <summary><c>add k = v</c>, <c>add! k = v</c>, <c>update k = v</c></summary>
sealed record AssignStatement(int At, Assignment How, Key Key, Operand Value) : Statement(At);

/// <summary><c>add k += '1 hour'</c>, <c>update k -= '1 hour'</c></summary>
sealed record ShiftStatement(int At, Assignment How, Key Key, Operand Span, bool IsBackwards) : Statement(At);

/// <summary><c>remove k</c></summary>
sealed record RemoveStatement(int At, Key Key) : Statement(At);

/// <summary><c>append k v</c>, <c>append! k v</c></summary>
sealed record AppendStatement(int At, Key Key, Operand Value, bool IsForced) : Statement(At);

/// <summary><c>$x = k</c></summary>
sealed record VariableStatement(int At, string Variable, Key Key) : Statement(At);

/// <summary><c>if … { } elif … { } else { }</c></summary>
sealed record BranchingStatement(int At, IReadOnlyList<Clause> Clauses, IReadOnlyList<Statement> Otherwise) : Statement(At);

/// <summary>A condition and what is done when it holds.</summary>
sealed record Clause(Expression Condition, IReadOnlyList<Statement> Body);

/// <summary>When a value is stored.</summary>
enum Assignment
{
    /// <summary>If the field has none.</summary>
    Add,

    /// <summary>Always.</summary>
    AddForced,

    /// <summary>If the field has one.</summary>
    Update,
}

/// <summary>The name of a field, or a variable that holds it.</summary>
readonly record struct Key(int At, string Name, bool IsVariable);

/// <summary>A literal, or a variable.</summary>
readonly record struct Operand(int At, FieldValue Literal, string? Variable)
{
    public bool IsText => Variable is not null || Literal.Kind == ValueKind.Text;

    public bool IsNumber => Variable is not null || Literal.Kind is ValueKind.Integer or ValueKind.BigInteger or ValueKind.Float;
}

/// <summary>A condition.</summary>
abstract record Expression(int At);

/// <summary><c>a || b</c></summary>
sealed record AnyOf(int At, IReadOnlyList<Expression> Parts) : Expression(At);

/// <summary><c>a &amp;&amp; b</c></summary>
sealed record AllOf(int At, IReadOnlyList<Expression> Parts) : Expression(At);

/// <summary><c>! a</c></summary>
sealed record Not(int At, Expression Inner) : Expression(At);

/// <summary>A comparison of a field with something.</summary>
abstract record Comparison(int At, Key Key) : Expression(At);

/// <summary><c>k == 'v'</c>, <c>k :in ['v', 'w']</c></summary>
sealed record TextMatch(int At, Key Key, TextOperator Operator, IReadOnlyList<Operand> Values) : Comparison(At, Key);

/// <summary><c>k &lt; 5</c>, <c>k :in [5, 6]</c></summary>
sealed record NumberMatch(int At, Key Key, NumberOperator Operator, IReadOnlyList<Operand> Values) : Comparison(At, Key);

/// <summary><c>k &lt;&lt; '192.0.2.0/24'</c></summary>
sealed record NetworkMatch(int At, Key Key, IReadOnlyList<Operand> Networks) : Comparison(At, Key);

/// <summary><c>k :before '1 week'</c>, <c>k :after '2026-01-31'</c></summary>
sealed record TimeMatch(int At, Key Key, bool IsBefore, Operand Limit) : Comparison(At, Key);

/// <summary><c>:exists k</c>, <c>:notexists k</c></summary>
sealed record ExistenceMatch(int At, Key Key, bool Exists) : Comparison(At, Key);

/// <summary><c>k :subsetof ['a', 'b']</c></summary>
sealed record ListMatch(int At, Key Key, ListOperator Operator, IReadOnlyList<Operand> Items) : Comparison(At, Key);

/// <summary><c>k == true</c></summary>
sealed record BooleanMatch(int At, Key Key, bool IsEqual, bool Value) : Comparison(At, Key);

enum TextOperator
{
    Equal,
    NotEqual,
    Contains,
    Matches,
    DoesNotMatch,
    In,
    ContainsAny,
    MatchesAny,
}

enum NumberOperator
{
    Equal,
    NotEqual,
    AtMost,
    AtLeast,
    Less,
    Greater,
    In,
}

enum ListOperator
{
    Equal,
    SetEqual,
    Overlaps,
    SubsetOf,
    SupersetOf,
}
