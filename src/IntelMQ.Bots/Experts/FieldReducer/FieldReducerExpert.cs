using System.Collections.Frozen;

namespace IntelMQ.Bots.Experts.FieldReducer;

/// <summary>Removes fields from messages: the listed ones, or all others.</summary>
[Bot("intelmq.bots.experts.field_reducer.expert")]
public sealed class FieldReducerExpert(FieldReducerExpertOptions options) : Expert
{
    const string BelowExtra = "extra.";

    readonly FrozenSet<Field> _fields = options.Keys.Select(Field.Named).ToFrozenSet();
    readonly bool _keepsExtra = options.Keys.Contains(Fields.Extra.Name);

    /// <inheritdoc />
    protected override ValueTask ProcessAsync(Message message, IEmitter emitter, CancellationToken cancellationToken)
    {
        if (options.Type == FieldFilterType.Blacklist)
        {
            foreach (var field in _fields) message.Remove(field);
        }
        else
        {
            foreach (var field in message.Items.Select(item => item.Key).Where(field => !IsListed(field)).ToArray()) message.Remove(field);
        }

        return emitter.SendAsync(message, cancellationToken: cancellationToken);
    }

    bool IsListed(Field field) => _fields.Contains(field) || (_keepsExtra && field.Name.StartsWith(BelowExtra, StringComparison.Ordinal));
}

/// <summary>Parameters of <see cref="FieldReducerExpert"/>.</summary>
public sealed record FieldReducerExpertOptions : BotOptions
{
    /// <summary>Whether the listed fields are removed (<c>blacklist</c>) or are all that stays (<c>whitelist</c>).</summary>
    public required FieldFilterType Type { get; init; }

    /// <summary>Names of fields; <c>extra</c> means all below it.</summary>
    public required IReadOnlyList<string> Keys { get; init; }
}
