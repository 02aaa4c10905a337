namespace PhiGateway.Sinks.Otlp;

/// <summary>
/// Reads from an <c>ExportLogsServiceResponse</c> how many log records were refused: <c>partial_success.rejected_log_records</c>. What
/// cannot be read says nothing, as an empty answer does.
/// </summary>
internal static class OtlpAnswer
{
    private const ulong PartialSuccess = (1 << 3) | 2;
    private const ulong RejectedRecords = 1 << 3;

    /// <summary>The number; 0 when all were taken.</summary>
    public static long RejectedIn(ReadOnlySpan<byte> answer) =>
        answer.Length > 0
        && TryNumber(ref answer, out var tag)
        && tag == PartialSuccess
        && TryNumber(ref answer, out var length)
        && length <= (ulong)answer.Length
            ? Rejected(answer[..(int)length])
            : 0;

    private static long Rejected(ReadOnlySpan<byte> partial) =>
        TryNumber(ref partial, out var tag) && tag == RejectedRecords && TryNumber(ref partial, out var count)
            ? (long)Math.Min(count, int.MaxValue)
            : 0;

    private static bool TryNumber(ref ReadOnlySpan<byte> bytes, out ulong number)
    {
        number = 0;
        for (var i = 0; i < bytes.Length && i < 10; i++)
        {
            number |= (ulong)(bytes[i] & 0x7f) << (7 * i);
            if ((bytes[i] & 0x80) == 0)
            {
                bytes = bytes[(i + 1)..];
                return true;
            }
        }

        return false;
    }
}
