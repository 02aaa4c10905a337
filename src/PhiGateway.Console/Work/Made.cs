using PhiGateway.Admin.Calls;

namespace PhiGateway.Console.Work;

/// <summary>What a command answered behind the pages: its value or its problem.</summary>
/// <param name="Outcome">As the command gave it.</param>
internal sealed record Made<T>(Outcome<T> Outcome)
    where T : class;
