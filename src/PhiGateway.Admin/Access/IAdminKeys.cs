using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Access;

/// <summary>Where the gate finds the admin keys; the registry's documents stand behind it.</summary>
internal interface IAdminKeys
{
    /// <summary>Every key as it is now, ended and disabled ones too.</summary>
    Task<IEnumerable<AdminKey>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Whoever made a key and was shown its whole secret, and is not its person.</summary>
    Task<IReadOnlyList<string>> MakersAsync(AdminKey key, CancellationToken cancellationToken);
}
