using PhiGateway.Admin.Access;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Composition;

/// <summary>The admin keys of the working set, for the gate.</summary>
internal sealed class WorkingSetKeys(WorkingSetSource sets) : IAdminKeys
{
    public async Task<IEnumerable<AdminKey>> ListAsync(CancellationToken cancellationToken) =>
        (await sets.GetAsync(cancellationToken)).All<AdminKey>(RegistryKind.AdminKey);
}
