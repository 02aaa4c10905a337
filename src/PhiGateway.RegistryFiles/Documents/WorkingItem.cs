using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;

namespace PhiGateway.RegistryFiles.Documents;

/// <summary>Holds a stored document and its entity, which is read on first use.</summary>
public sealed class WorkingItem(RegistryItem item)
{
    private IRegistryEntity? _entity;
    private RegistryProblem? _problem;

    /// <summary>As stored.</summary>
    public RegistryItem Item { get; } = item;

    /// <summary>The typed form; null when the row cannot be read, which the validator reports.</summary>
    public IRegistryEntity? Entity => _entity ??= StoredBody.Read(Item, out _problem);

    /// <summary>Whether a newer version wrote the row and this one does not understand it.</summary>
    public bool IsNotUnderstood => Entity is null && _problem is { IsNotUnderstood: true };
}
