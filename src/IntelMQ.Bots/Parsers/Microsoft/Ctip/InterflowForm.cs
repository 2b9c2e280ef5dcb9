namespace IntelMQ.Bots.Parsers.Microsoft.Ctip;

/// <summary>One item of a list of Interflow.</summary>
static class InterflowForm
{
    const string KnownType = "Botnet";

    public static void AddTo(Event e, JsonRow row)
    {
        if (row["indicatorthreattype"].Text != KnownType) throw new InvalidMessageException($"The indicatorthreattype is {row["indicatorthreattype"]}; expected {KnownType}.");
        if (row.TryGet("confidence", out var confidence))
            CtipParser.SetAccuracy(e, confidence.TryGetNumber(out var percent) ? percent : throw new InvalidMessageException($"The confidence is {confidence}; expected a number."));
        foreach (var key in row.Keys)
            if (!CtipKeys.Interflow.Skipped.Contains(key))
                e.Add(CtipKeys.Interflow.FieldOf(key), ValueOf(row, key));
    }

    /// <summary>The value, or none where it says nothing.</summary>
    static FieldValue ValueOf(JsonRow row, string key)
    {
        var value = row[key];
        switch (key)
        {
            case "additionalmetadata" when value.List is [] or ["" or "null" or null]:
            case "networkdestinationipv4" when value.Text is "0.0.0.0":
            case "hostname" when value == row.Get("networkdestinationipv4") || !DataType.Fqdn.IsValidSanitized(value):
                return FieldValue.None;
            case "firstreporteddatetime" when value.Text is { } time:
                return time + " UTC";
            case "networkdestinationipv4" when value.Text is { } addresses:
                return addresses.Split(',')[0];
            default:
                return value;
        }
    }
}
