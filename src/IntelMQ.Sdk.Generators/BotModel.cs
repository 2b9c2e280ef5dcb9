namespace IntelMQ.Sdk.Generators;

/// <summary>What the generator needs to know of a bot; holds texts only, so that equal bots are equal models.</summary>
/// <param name="Name">The full name.</param>
/// <param name="Group">The third part of the name, as the base class says it.</param>
/// <param name="ClrType">The class, fully qualified, beginning with <c>global::</c>.</param>
/// <param name="Summary">The first sentence of its documentation.</param>
/// <param name="Remarks">The rest of its documentation.</param>
/// <param name="OwnProcess">See <c>BotAttribute.OwnProcess</c>.</param>
/// <param name="SingleInstance">See <c>BotAttribute.SingleInstance</c>.</param>
/// <param name="Arguments">What its constructor takes.</param>
/// <param name="Options">The options record; null for a bot without parameters.</param>
sealed record BotModel(
    string Name,
    string Group,
    string ClrType,
    string Summary,
    string Remarks,
    bool OwnProcess,
    bool SingleInstance,
    EquatableArray<ArgumentModel> Arguments,
    OptionsModel? Options);

/// <summary>One parameter of a bot's constructor.</summary>
/// <param name="ServiceType">The type to ask the host for; null where the options record goes.</param>
/// <param name="Optional">Whether the bot can do without the service.</param>
sealed record ArgumentModel(string? ServiceType, bool Optional);

/// <summary>An options record.</summary>
sealed record OptionsModel(string ClrType, bool IsCheckable, EquatableArray<ParameterModel> Parameters);

/// <summary>A property of an options record.</summary>
/// <param name="Property">Its name in C#.</param>
/// <param name="Name">Its name in <c>runtime.yaml</c>.</param>
/// <param name="Kind">How it is read.</param>
/// <param name="ClrType">The type of an enum, fully qualified; not used for others.</param>
/// <param name="Required">Whether it must be given.</param>
/// <param name="Secret">Whether it must never be shown.</param>
/// <param name="IsNullable">Whether it may be null, other than by default.</param>
/// <param name="DefaultJson">The default, if it is known and not null.</param>
/// <param name="Summary">Its documentation, where the compiler has it.</param>
/// <param name="DocumentationId">Where to look for the documentation otherwise.</param>
/// <param name="Least">The smallest value allowed, as a JSON number.</param>
/// <param name="Most">The largest value allowed, as a JSON number.</param>
/// <param name="Choices">Members of an enum.</param>
sealed record ParameterModel(
    string Property,
    string Name,
    ParameterKind Kind,
    string ClrType,
    bool Required,
    bool Secret,
    bool IsNullable,
    string? DefaultJson,
    string Summary,
    string DocumentationId,
    string? Least,
    string? Most,
    EquatableArray<ChoiceModel> Choices);

/// <summary>A member of an enum, as C# and as <c>runtime.yaml</c> call it.</summary>
sealed record ChoiceModel(string Member, string Name);

/// <summary>The types that parameters can have.</summary>
enum ParameterKind
{
    Text,
    Boolean,
    Integer32,
    Integer64,
    Number,
    Duration,
    Url,
    Choice,
    Texts,
    Map,
    Any,
}
