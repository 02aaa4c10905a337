namespace PhiGateway.Admin.Clients;

/// <summary>A use case as it was described, and its version then.</summary>
/// <param name="Brief">The description.</param>
/// <param name="Version">The version that it describes.</param>
internal sealed record SeenUseCase(UseCaseBrief Brief, long Version);
