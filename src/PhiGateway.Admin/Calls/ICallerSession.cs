namespace PhiGateway.Admin.Calls;

/// <summary>
/// The session in which a person made a call, where there is one; asked by <c>CallerStanding</c> before each piece of what
/// takes long.
/// </summary>
internal interface ICallerSession
{
    /// <summary>Whether somebody ended it, or its longest time is over; that nobody clicks meanwhile ends nothing that runs.</summary>
    bool IsOver { get; }
}
