namespace PhiGateway.Tests.Fhir.Answers;

/// <summary>One line over and over: a file too large to hold.</summary>
internal sealed class RepeatingStream(byte[] line, long times) : Stream
{
    private long _position;

    public long Total => checked(line.Length * times);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Fill(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Fill(buffer.Span));
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int Fill(Span<byte> target)
    {
        var filled = 0;
        while (filled < target.Length && _position < Total)
        {
            var from = (int)(_position % line.Length);
            var count = Math.Min(line.Length - from, target.Length - filled);
            line.AsSpan(from, count).CopyTo(target[filled..]);
            filled += count;
            _position += count;
        }

        return filled;
    }
}
