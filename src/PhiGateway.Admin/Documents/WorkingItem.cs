using System.Text.Json;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Documents;

/// <summary>A stored document with its entity, read once.</summary>
internal sealed class WorkingItem(RegistryItem item)
{
    private IRegistryEntity? _entity;

    public RegistryItem Item { get; } = item;

    /// <summary>The typed form; null when the row cannot be read, which the validator reports.</summary>
    public IRegistryEntity? Entity => _entity ??= Read(Item);

    private static IRegistryEntity? Read(RegistryItem item)
    {
        try
        {
            return JsonSerializer.Deserialize(item.Json, RegistryJson.TypeOf(item.Kind), RegistryJson.Options) as IRegistryEntity;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
