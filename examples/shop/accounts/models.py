from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    phone = models.CharField(max_length=32, blank=True, db_default="")
    wants_newsletter = models.BooleanField(default=False, db_default=False)
