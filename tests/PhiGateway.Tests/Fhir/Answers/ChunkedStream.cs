namespace PhiGateway.Tests.Fhir.Answers;

/// <summary>Gives its bytes in drops of one size, as a network might.</summary>
internal sealed class ChunkedStream(byte[] bytes, int chunk) : MemoryStream(bytes)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        base.ReadAsync(buffer.Length > chunk ? buffer[..chunk] : buffer, cancellationToken);
}
