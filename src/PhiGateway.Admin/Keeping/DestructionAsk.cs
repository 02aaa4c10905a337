namespace PhiGateway.Admin.Keeping;

/// <summary>Somebody asked for a destruction.</summary>
/// <param name="Id">Id of its record.</param>
/// <param name="By">Who asked.</param>
/// <param name="At">When.</param>
/// <param name="Persons">Everybody whose act it may be.</param>
internal sealed record DestructionAsk(Guid Id, string By, DateTimeOffset At, IReadOnlyList<string> Persons);
