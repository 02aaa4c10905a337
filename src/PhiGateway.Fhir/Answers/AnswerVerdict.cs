namespace PhiGateway.Fhir.Answers;

/// <summary>The result of filtering one whole answer: the input or the output may leave, or why nothing may.</summary>
public enum AnswerVerdict : byte
{
    /// <summary>Could not be judged: nothing may leave.</summary>
    Unreadable = 0,

    /// <summary>The input may leave byte for byte: nothing had to be cut or rewritten.</summary>
    Unchanged,

    /// <summary>What stands in the output may leave.</summary>
    Rewritten,

    /// <summary>The one resource asked for must stay: answer as if it did not exist.</summary>
    Withheld,

    /// <summary>More than the bound that an operator set for it: nothing may leave.</summary>
    TooLarge,
}
