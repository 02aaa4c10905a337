using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace PhiGateway.Admin.Rosters;

/// <summary>Cuts a stream into lines without holding more than one of them.</summary>
internal static class NdjsonLines
{
    // A membership is a hundred bytes; a line beyond this is not one.
    private const int MaxLine = 4096;

    public static async IAsyncEnumerable<NdjsonLine> ReadAsync(
        PipeReader reader,
        IncrementalHash hash,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var discarding = false;
        var buffer = ReadOnlySequence<byte>.Empty;
        var held = false;
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync(cancellationToken);
                buffer = result.Buffer;
                held = true;
                while (Cut(ref buffer, hash) is { } line)
                {
                    yield return discarding ? new NdjsonLine(default, TooLong: true) : Create(line);
                    discarding = false;
                }

                if (buffer.Length > MaxLine)
                {
                    // What does not end in time is thrown away as it comes; its line is reported when it ends.
                    Append(hash, buffer);
                    buffer = buffer.Slice(buffer.End);
                    discarding = true;
                }

                if (result.IsCompleted)
                {
                    if (discarding || !buffer.IsEmpty)
                    {
                        Append(hash, buffer);
                        yield return discarding ? new NdjsonLine(default, TooLong: true) : Create(buffer);
                    }

                    yield break;
                }

                held = false;
                reader.AdvanceTo(buffer.Start, buffer.End);
            }
        }
        finally
        {
            // Given back even when the import breaks off, so that the answer can still be written.
            if (held)
            {
                reader.AdvanceTo(buffer.End);
            }
        }
    }

    private static ReadOnlySequence<byte>? Cut(ref ReadOnlySequence<byte> buffer, IncrementalHash hash)
    {
        if (buffer.PositionOf((byte)'\n') is not { } end)
        {
            return null;
        }

        var line = buffer.Slice(0, end);
        var next = buffer.GetPosition(1, end);
        Append(hash, buffer.Slice(0, next));
        buffer = buffer.Slice(next);
        return line;
    }

    private static void Append(IncrementalHash hash, ReadOnlySequence<byte> bytes)
    {
        foreach (var segment in bytes)
        {
            hash.AppendData(segment.Span);
        }
    }

    private static NdjsonLine Create(ReadOnlySequence<byte> line) =>
        line.Length > MaxLine ? new NdjsonLine(default, TooLong: true) : new NdjsonLine(line.ToArray(), TooLong: false);
}

/// <summary>One line without its end.</summary>
/// <param name="Utf8">Its bytes; empty when it is too long.</param>
/// <param name="TooLong">It was longer than any membership and was not kept.</param>
internal readonly record struct NdjsonLine(ReadOnlyMemory<byte> Utf8, bool TooLong)
{
    public bool IsBlank => !TooLong && Utf8.Span.Trim(" \t\r"u8).IsEmpty;
}
