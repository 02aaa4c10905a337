using System.Text.Json;

namespace PhiGateway.Fhir.Json;

/// <summary>
/// Reads past a JSON value that nobody needs, as strictly as everything else; called by the readers of resources and Bundles.
/// </summary>
internal sealed class ValueSkipper(NameStack names)
{
    private Level[] _levels = new Level[16];

    /// <summary>Reads the value whose first token the reader stands on, up to its last token.</summary>
    public ScanResult Skip(ref Utf8JsonReader reader, ReadOnlySpan<byte> data)
    {
        var bottom = names.Count;
        var result = SkipFrom(ref reader, data);
        names.PopTo(bottom);
        return result;
    }

    private ScanResult SkipFrom(ref Utf8JsonReader reader, ReadOnlySpan<byte> data)
    {
        var depth = 0;
        do
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    Open(depth++, isArray: false);
                    break;
                case JsonTokenType.StartArray:
                    if (depth > 0 && _levels[depth - 1].IsArray)
                    {
                        return ScanResult.Broken;
                    }

                    Open(depth++, isArray: true);
                    break;
                case JsonTokenType.EndObject:
                case JsonTokenType.EndArray:
                    names.PopTo(_levels[--depth].NamesStart);
                    break;
                case JsonTokenType.PropertyName:
                    ref var level = ref _levels[depth - 1];
                    if (
                        reader.ValueIsEscaped
                        || !names.TryAdd(
                            level.NamesStart,
                            ref level.Bloom,
                            NameKey.Of(reader.ValueSpan),
                            checked((int)reader.TokenStartIndex) + 1,
                            reader.ValueSpan,
                            data
                        )
                    )
                    {
                        return ScanResult.Broken;
                    }

                    break;
                case JsonTokenType.String when reader.ValueIsEscaped && !JsonText.HasWholeSurrogates(reader.ValueSpan):
                    return ScanResult.Broken;
            }
        } while (depth > 0 && reader.Read());

        return depth == 0 ? ScanResult.Complete : ScanResult.NeedMore;
    }

    private void Open(int depth, bool isArray)
    {
        if (depth == _levels.Length)
        {
            Array.Resize(ref _levels, depth * 2);
        }

        _levels[depth] = new Level { NamesStart = names.Count, IsArray = isArray };
    }

    private struct Level
    {
        public ulong Bloom;
        public int NamesStart;
        public bool IsArray;
    }
}
