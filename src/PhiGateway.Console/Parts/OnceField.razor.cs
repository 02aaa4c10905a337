using PhiGateway.Console.Sessions;

namespace PhiGateway.Console.Parts;

/// <summary>
/// Says which showing of a form was sent, so that it is taken once however often it is clicked; stands in every form whose step nothing else
/// keeps from being written twice.
/// </summary>
/// <remarks>It is no secret: what keeps other sites out is the token of the session's forms, beside which it stands.</remarks>
public sealed partial class OnceField
{
    /// <summary>Name of the field.</summary>
    internal const string Name = "_once";

    // Security: never one that was shown before, by this node before its last start or by another one; else a step would pass for taken
    // that nobody took.
    private readonly string _token = SessionToken.New();
}
