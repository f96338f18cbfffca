/* What a blank start needs of the C library and Java does not have. Texts arrive as UTF-8 that ends in NUL. */
#include <jni.h>
#include <stdlib.h>
#include <unistd.h>

JNIEXPORT jboolean JNICALL Java_hearth_bootstrap_ProcessState_enter(JNIEnv *env, jclass self, jbyteArray path)
{
    (void)self;
    jbyte *text = (*env)->GetByteArrayElements(env, path, NULL);
    if (text == NULL)
        return JNI_FALSE;
    jboolean entered = chdir((const char *)text) == 0;
    (*env)->ReleaseByteArrayElements(env, path, text, JNI_ABORT);
    return entered;
}

/* value: NULL removes the variable. */
JNIEXPORT jboolean JNICALL Java_hearth_bootstrap_ProcessState_set(JNIEnv *env, jclass self, jbyteArray name, jbyteArray value)
{
    (void)self;
    jbyte *name_text = (*env)->GetByteArrayElements(env, name, NULL);
    jbyte *value_text = value == NULL ? NULL : (*env)->GetByteArrayElements(env, value, NULL);
    jboolean done = JNI_FALSE;
    if (name_text != NULL && value_text != NULL)
        done = setenv((const char *)name_text, (const char *)value_text, 1) == 0;
    else if (name_text != NULL && value == NULL)
        done = unsetenv((const char *)name_text) == 0;
    if (name_text != NULL)
        (*env)->ReleaseByteArrayElements(env, name, name_text, JNI_ABORT);
    if (value_text != NULL)
        (*env)->ReleaseByteArrayElements(env, value, value_text, JNI_ABORT);
    return done;
}
