namespace PhiGateway.Admin.Registrations;

/// <summary>Body of making a client of a request to be registered: what people here say of it, since nothing of that is the applicant's to say.</summary>
/// <param name="Client">Id of the client to be made; required.</param>
/// <param name="UseCase">Its use case; required.</param>
/// <param name="Owner">Who answers for it here; required.</param>
/// <param name="Tenants">Its tenants; absent: those of its use case.</param>
/// <param name="Networks">Networks that it may call from.</param>
/// <param name="RotateBy">Day by which its keys must have been replaced.</param>
/// <param name="Reason">Why, in words without patient data.</param>
public sealed record TakeBody(
    string? Client = null,
    string? UseCase = null,
    string? Owner = null,
    IReadOnlyList<string>? Tenants = null,
    IReadOnlyList<string>? Networks = null,
    DateOnly? RotateBy = null,
    string? Reason = null
);
