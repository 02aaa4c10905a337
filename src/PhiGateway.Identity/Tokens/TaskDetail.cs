using System.Text.Json;
using PhiGateway.Identity.Common;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Identity.Tokens;

/// <summary>
/// Reads which task a token was given for out of <c>authorization_details</c> (RFC 9396); called for the claims of every token, and by the
/// token service for what a client asks.
/// </summary>
/// <remarks>
/// Security: details of other types grant nothing here and take nothing away. One of this type that cannot be read, or two of it, make the
/// whole unreadable: a token whose task was overlooked would be wider than it was given.
/// </remarks>
public static class TaskDetail
{
    /// <summary>The <c>type</c> of a detail that names a task.</summary>
    public const string Type = "phi-gateway-task";

    /// <summary>The member that names it.</summary>
    public const string Identifier = "identifier";

    /// <summary>The claim, and the parameter.</summary>
    public const string Name = "authorization_details";

    private const int MaximumDetails = 16;

    /// <summary>The task that claims name; true with null: none. False: what is there cannot be read.</summary>
    public static bool TryRead(JsonElement claims, out string? task)
    {
        task = null;
        return !claims.TryGetProperty(Name, out var details) || TryReadDetails(details, out task, out _);
    }

    /// <summary>The task that a list of details names.</summary>
    /// <param name="details">The list.</param>
    /// <param name="task">The task; null: none.</param>
    /// <param name="others">How many details of other types there are.</param>
    public static bool TryReadDetails(JsonElement details, out string? task, out int others)
    {
        (task, others) = (null, 0);
        if (details.ValueKind != JsonValueKind.Array || details.GetArrayLength() > MaximumDetails)
        {
            return false;
        }

        foreach (var detail in details.EnumerateArray())
        {
            if (
                detail.ValueKind != JsonValueKind.Object
                || !detail.TryGetProperty("type", out var kind)
                || !ClaimText.TryRead(kind, out var type)
            )
            {
                return false;
            }

            if (type != Type)
            {
                // A type that differs in the case of its letters alone was meant to be this one.
                if (string.Equals(type, Type, StringComparison.OrdinalIgnoreCase))
                {
                    return false;
                }

                others++;
            }
            else if (task is not null || !TryReadTask(detail, out task))
            {
                return false;
            }
        }

        return true;
    }

    // A member that nobody here knows may narrow the task further than it is: what is not understood is not overlooked.
    private static bool TryReadTask(JsonElement detail, out string? task)
    {
        task = null;
        foreach (var member in detail.EnumerateObject())
        {
            switch (member.Name)
            {
                case "type":
                    break;
                case Identifier when task is null && ClaimText.TryRead(member.Value, out var text) && RegistryId.IsValid(text):
                    task = text;
                    break;
                default:
                    return false;
            }
        }

        return task is not null;
    }
}
