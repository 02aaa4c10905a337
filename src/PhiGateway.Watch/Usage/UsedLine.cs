namespace PhiGateway.Watch.Usage;

/// <summary>
/// What a line of the ledger is about. One for all clients that used the same, as far as <see cref="UsedLines"/> remembers it; equal by what
/// it says.
/// </summary>
internal sealed class UsedLine(string operation, string purpose, string tenant) : IEquatable<UsedLine>
{
    private readonly int _hash = HashCode.Combine(operation, purpose, tenant);

    public string Operation { get; } = operation;

    public string Purpose { get; } = purpose;

    public string Tenant { get; } = tenant;

    /// <inheritdoc />
    public bool Equals(UsedLine? other) =>
        ReferenceEquals(this, other)
        || (other is not null && _hash == other._hash && (Operation, Purpose, Tenant) == (other.Operation, other.Purpose, other.Tenant));

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as UsedLine);

    /// <inheritdoc />
    public override int GetHashCode() => _hash;
}
