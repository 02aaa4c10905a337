using PhiGateway.Fhir.Json;

namespace PhiGateway.Fhir.Answers.Streaming;

/// <summary>Enumerates the lines of a Bulk Data file that are not blank, for look-ups of the gateway's own; nothing of them leaves.</summary>
internal ref struct LineResources
{
    private ReadOnlySpan<byte> _rest;

    /// <param name="lines">Whole lines.</param>
    public LineResources(ReadOnlySpan<byte> lines) => _rest = lines;

    /// <summary>The line that was come to, without what stands around it.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>Goes on; false at the end.</summary>
    public bool MoveNext()
    {
        while (!_rest.IsEmpty)
        {
            var end = _rest.IndexOf((byte)'\n');
            Current = ByteOrderMark.Skip(end < 0 ? _rest : _rest[..end]).Trim(" \t\r"u8);
            _rest = end < 0 ? default : _rest[(end + 1)..];
            if (!Current.IsEmpty)
            {
                return true;
            }
        }

        return false;
    }
}
