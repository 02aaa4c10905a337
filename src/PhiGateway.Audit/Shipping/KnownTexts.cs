using System.Text.Json;

namespace PhiGateway.Audit.Shipping;

/// <summary>
/// The last text of each column that repeats from record to record, so that one text stands for many records and is compared, not made.
/// One per thread; used by <see cref="EntryColumns"/>.
/// </summary>
internal sealed class KnownTexts
{
    [ThreadStatic]
    private static KnownTexts? _ofThisThread;

    public static KnownTexts OfThisThread => _ofThisThread ??= new KnownTexts();

    public KnownText Event { get; } = new();

    public KnownText Decision { get; } = new();

    public KnownText Reason { get; } = new();

    public KnownText Client { get; } = new();

    public KnownText Tenant { get; } = new();

    public KnownText ResourceType { get; } = new();

    public KnownText Interaction { get; } = new();

    public KnownText UseCase { get; } = new();

    public KnownText Organization { get; } = new();

    public KnownText Purpose { get; } = new();

    /// <summary>The last few texts of one column.</summary>
    internal sealed class KnownText
    {
        private const int Places = 8;
        private const int MostBytes = 64;
        private readonly (byte[] Bytes, string Text)?[] _known = new (byte[], string)?[Places];

        /// <summary>The text at which a reader stands; null for null.</summary>
        public string? Of(ref Utf8JsonReader reader)
        {
            var bytes = reader.ValueSpan;
            if (reader.TokenType != JsonTokenType.String || reader.ValueIsEscaped || bytes.Length is 0 or > MostBytes)
            {
                return reader.GetString();
            }

            // Where it may stand follows from its ends and its length.
            ref var place = ref _known[(bytes[0] + (bytes[^1] * 3) + bytes.Length) % Places];
            if (place is { } known && bytes.SequenceEqual(known.Bytes))
            {
                return known.Text;
            }

            var text = reader.GetString()!;
            place = (bytes.ToArray(), text);
            return text;
        }
    }
}
