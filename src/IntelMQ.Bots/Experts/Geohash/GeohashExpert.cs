using System.ComponentModel.DataAnnotations;

namespace IntelMQ.Bots.Experts.Geohash;

/// <summary>Adds the geohash of the coordinates of source and destination: a text whose beginning is shared by what lies near.</summary>
[Bot("intelmq.bots.experts.geohash.expert")]
public sealed class GeohashExpert(GeohashExpertOptions options) : Enricher
{
    const string Digits = "0123456789bcdefghjkmnpqrstuvwxyz";

    static readonly (Side Side, Field Hash)[] Sides = [.. Side.Both.Select(side => (side, Field.Named($"extra.{side.Name}.geolocation.geohash")))];

    /// <inheritdoc />
    protected override ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        foreach (var (side, field) in Sides)
        {
            if (!e.TryGet(side.GeolocationLatitude, out var latitude) || !e.TryGet(side.GeolocationLongitude, out var longitude)) continue;
            if (options.Overwrite) e.Set(field, Encode(latitude, longitude, options.Precision));
            else e.TryAdd(field, Encode(latitude, longitude, options.Precision));
        }

        return default;
    }

    /// <summary>Halves the area in which the point lies five times for each character, longitude and latitude in turn.</summary>
    internal static string Encode(double latitude, double longitude, int length) => string.Create(length, (latitude, longitude), static (text, point) =>
    {
        var (x, y) = (new Range(-180, 180), new Range(-90, 90));
        for (var bit = 0; bit < 5 * text.Length; bit++)
        {
            var isUpper = bit % 2 == 0 ? x.Halve(point.longitude) : y.Halve(point.latitude);
            var digit = bit % 5 == 0 ? 0 : Digits.IndexOf(text[bit / 5], StringComparison.Ordinal);
            text[bit / 5] = Digits[digit | (isUpper ? 16 >> (bit % 5) : 0)];
        }
    });

    struct Range(double low, double high)
    {
        double _low = low;
        double _high = high;

        /// <returns>Whether the value is in the upper half, which is all that remains then.</returns>
        public bool Halve(double value)
        {
            var middle = (_low + _high) / 2;
            var isUpper = value >= middle;
            if (isUpper) _low = middle;
            else _high = middle;
            return isUpper;
        }
    }
}

/// <summary>Parameters of <see cref="GeohashExpert"/>.</summary>
public sealed record GeohashExpertOptions : BotOptions
{
    /// <summary>How many characters the geohash has; 7 tell apart some 150 metres.</summary>
    [Range(1, 12)]
    public int Precision { get; init; } = 7;

    /// <summary>Replaces a geohash that the event already has.</summary>
    public bool Overwrite { get; init; }
}
