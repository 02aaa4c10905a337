namespace PhiGateway.Policy.Registry;

/// <summary>What every registry document has: an id that is unique within its kind.</summary>
public interface IRegistryEntity
{
    /// <summary>1 to 128 of <c>[a-z0-9._-]</c>, starting with a letter or digit; never changes.</summary>
    string Id { get; }
}
