namespace System;

/// <summary>Lets the compiler accept list patterns.</summary>
readonly struct Index(int value, bool fromEnd = false)
{
    public int GetOffset(int length) => fromEnd ? length - value : value;

    public static implicit operator Index(int value) => new(value);
}
