using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Access;

/// <summary>Where the gate finds the admin keys; the registry's documents stand behind it.</summary>
internal interface IAdminKeys
{
    /// <summary>Every key as it is now, ended and disabled ones too.</summary>
    Task<IEnumerable<AdminKey>> ListAsync(CancellationToken cancellationToken);
}
