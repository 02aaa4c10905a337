namespace PhiGateway.Admin.Organizations;

/// <summary>Body of the word that an owner left.</summary>
/// <param name="Reason">Why, in words without patient data.</param>
/// <param name="Event">What it began with: call (the default), hr or caep.</param>
/// <param name="EventAt">When that was; absent: now.</param>
public sealed record LeftBody(string? Reason = null, OffboardingEvent? Event = null, DateTimeOffset? EventAt = null);
