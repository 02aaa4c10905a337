using PhiGateway.Admin.Access;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Composition;

/// <summary>Gives the gate the admin keys of the working set, and who made them.</summary>
internal sealed class WorkingSetKeys(WorkingSetSource sets) : IAdminKeys
{
    public async Task<IEnumerable<AdminKey>> ListAsync(bool isStop, CancellationToken cancellationToken) =>
        (await GetAsync(isStop, cancellationToken)).All<AdminKey>(RegistryKind.AdminKey);

    // The key of a new installation is above this: it makes the first persons' keys, and ends.
    public async Task<IReadOnlyList<string>> KnownToAsync(AdminKey key, bool isStop, CancellationToken cancellationToken) =>
        (await GetAsync(isStop, cancellationToken)).Find(RegistryKind.AdminKey, key.Id)?.Item is { } item
            ?
            [
                .. AuthorNote
                    .KnownTo(item)
                    .Where(person => !PersonName.AreSame(person, key.Person) && !PersonName.AreSame(person, BootstrapKey.Id)),
            ]
            : [];

    // Where none was ever read nobody is known: who calls waits, and is not told that the key is none.
    private async Task<WorkingSet> GetAsync(bool isStop, CancellationToken cancellationToken) =>
        isStop && await sets.GetOrLastAsync(cancellationToken) is { Revision: > 0 } known ? known : await sets.GetAsync(cancellationToken);
}
