using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Clients;

/// <summary>The description of a use case, and the version that it describes.</summary>
/// <param name="Brief">The description.</param>
/// <param name="Version">The version that it describes.</param>
/// <param name="Status">Whether it is approved.</param>
internal sealed record SeenUseCase(UseCaseBrief Brief, long Version, UseCaseStatus Status);
