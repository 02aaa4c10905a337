namespace PhiGateway.Admin.Clients;

/// <summary>Body of <c>:throttle</c>.</summary>
/// <param name="RequestsPerSecond">The lower rate; required.</param>
/// <param name="Reason">Why, in words without patient data; required.</param>
public sealed record ThrottleBody(int? RequestsPerSecond = null, string? Reason = null);
